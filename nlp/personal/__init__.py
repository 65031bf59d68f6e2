"""Personal data that only its surroundings tell: names of persons and detailed addresses."""
