"""What several pages of the spokesperson's desk share: texts are checked, versions compared, tasks shown."""
