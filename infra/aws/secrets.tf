locals {
  # Three different texts, the same for all containers.
  generated = toset(["SECRET_KEY", "JWT_SIGNING_KEY", "WEBHOOK_ENCRYPTION_KEY"])

  secrets = merge(
    { for name, made in random_password.generated : name => made.result },
    {
      # Encrypted, but by a certificate of an authority that systems do not know: see UNENCRYPTED_HOSTS.
      DATABASE_URL              = "postgres://microcred_service:${random_password.service.result}@${aws_db_instance.main.address}:5432/microcred?sslmode=require"
      DATABASE_OWNER_URL        = "postgres://microcred:${random_password.database.result}@${aws_db_instance.main.address}:5432/microcred?sslmode=require"
      DATABASE_SERVICE_PASSWORD = random_password.service.result
    },
    var.secret_settings,
  )
  # Only their names are no secret.
  served_names = toset(concat(tolist(local.generated), ["DATABASE_URL"], nonsensitive(keys(var.secret_settings))))
  secret_names = setunion(local.served_names, ["DATABASE_OWNER_URL", "DATABASE_SERVICE_PASSWORD"])

  # By the name in the container. What migrates owns the tables, and makes the user as whom all others work.
  served_secrets  = { for name in local.served_names : name => name }
  migrate_secrets = merge(local.served_secrets, { DATABASE_URL = "DATABASE_OWNER_URL", DATABASE_SERVICE_PASSWORD = "DATABASE_SERVICE_PASSWORD" })
}

resource "random_password" "service" {
  length  = 40
  special = false
}

resource "random_password" "generated" {
  for_each = local.generated
  length   = 64
  special  = false
}

resource "aws_secretsmanager_secret" "all" {
  for_each = local.secret_names
  name     = "${var.name}/${each.key}"
}

resource "aws_secretsmanager_secret_version" "all" {
  for_each      = local.secret_names
  secret_id     = aws_secretsmanager_secret.all[each.key].id
  secret_string = local.secrets[each.key]
}
