"""What it means: cleaning, segmentation, sentiment, category, urgency, entities, privacy."""
