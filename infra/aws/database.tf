resource "random_password" "database" {
  length  = 40
  special = false
}

resource "aws_db_subnet_group" "main" {
  name       = var.name
  subnet_ids = var.private_subnet_ids
}

resource "aws_db_instance" "main" {
  identifier     = var.name
  engine         = "postgres"
  engine_version = var.database_version
  instance_class = var.database_class
  db_name        = "microcred"
  # A member of rds_superuser: the first migration makes the extension pgvector.
  username                   = "microcred"
  password                   = random_password.database.result
  allocated_storage          = var.database_gigabytes
  max_allocated_storage      = 4 * var.database_gigabytes
  storage_type               = "gp3"
  storage_encrypted          = true
  multi_az                   = var.database_standby
  db_subnet_group_name       = aws_db_subnet_group.main.name
  vpc_security_group_ids     = [aws_security_group.database.id]
  publicly_accessible        = false
  backup_retention_period    = var.backup_days
  copy_tags_to_snapshot      = true
  deletion_protection        = true
  skip_final_snapshot        = false
  final_snapshot_identifier  = "${var.name}-final"
  auto_minor_version_upgrade = true
}
