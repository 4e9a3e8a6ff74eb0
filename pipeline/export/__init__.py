"""What a run writes: rows joined over documents, the files of the tables, the report."""
