"""What a text means: cleaning, segmentation, sentiment, category, urgency, entities, keywords and privacy."""
