"""What `yujing evaluate` measures: one file per measure."""
