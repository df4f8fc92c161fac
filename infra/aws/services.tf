locals {
  web_port     = 8000
  streams_port = 8001

  probe = "python scripts/probe_health.py"

  roles = {
    web = {
      command = ["python", "manage.py", "supervise", "--no-worker"]
      cpu     = 512
      memory  = 1024
      count   = var.web_count
      port    = local.web_port
      probe   = local.probe
      target  = aws_lb_target_group.web.arn
    }
    streams = {
      command = ["python", "manage.py", "supervise", "--no-web", "--no-worker", "--events-port", tostring(local.streams_port)]
      cpu     = 256
      memory  = 512
      count   = 1
      port    = local.streams_port
      probe   = "PORT=${local.streams_port} ${local.probe}"
      target  = aws_lb_target_group.streams.arn
    }
    # Listens on no port: its supervisor restarts what stands still.
    worker = {
      command = ["python", "manage.py", "supervise", "--no-web"]
      cpu     = 1024
      memory  = 2048
      count   = var.worker_count
      port    = null
      probe   = null
      target  = null
    }
    # Run once for each release, before the services take it.
    migrate = {
      command = ["sh", "-ec", "python manage.py migrate --noinput; python manage.py grant_service_role --create"]
      cpu     = 512
      memory  = 1024
      count   = 0
      port    = null
      probe   = null
      target  = null
    }
  }
  services = { for role, own in local.roles : role => own if role != "migrate" }

  environment = merge(
    {
      ENVIRONMENT          = var.environment
      ALLOWED_HOSTS        = var.hostname
      CSRF_TRUSTED_ORIGINS = "https://${var.hostname}"
      PUBLIC_URL           = "https://${var.hostname}"
      TRUSTED_PROXY_COUNT  = "1"
      # Reached in a network of its own, encrypted but unproven.
      UNENCRYPTED_HOSTS = aws_db_instance.main.address
    },
    var.settings,
  )
}

resource "aws_cloudwatch_log_group" "main" {
  name              = "/ecs/${var.name}"
  retention_in_days = var.log_days
}

data "aws_iam_policy_document" "containers" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["ecs-tasks.amazonaws.com"]
    }
  }
}

data "aws_iam_policy_document" "secrets" {
  statement {
    actions   = ["secretsmanager:GetSecretValue"]
    resources = [for secret in aws_secretsmanager_secret.all : secret.arn]
  }
}

# Starts containers; what runs in them has no rights on AWS at all.
resource "aws_iam_role" "start" {
  name               = "${var.name}-start"
  assume_role_policy = data.aws_iam_policy_document.containers.json
}

resource "aws_iam_role_policy_attachment" "start" {
  role       = aws_iam_role.start.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"
}

resource "aws_iam_role_policy" "secrets" {
  name   = "secrets"
  role   = aws_iam_role.start.id
  policy = data.aws_iam_policy_document.secrets.json
}

resource "aws_ecs_cluster" "main" {
  name = var.name
}

resource "aws_ecs_task_definition" "all" {
  for_each                 = local.roles
  family                   = "${var.name}-${each.key}"
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = each.value.cpu
  memory                   = each.value.memory
  execution_role_arn       = aws_iam_role.start.arn

  container_definitions = jsonencode([
    merge(
      {
        name         = each.key
        image        = var.image
        essential    = true
        command      = each.value.command
        stopTimeout  = 30
        environment  = [for name in sort(keys(local.environment)) : { name = name, value = local.environment[name] }]
        secrets      = [for name, secret in each.key == "migrate" ? local.migrate_secrets : local.served_secrets : { name = name, valueFrom = aws_secretsmanager_secret.all[secret].arn }]
        portMappings = each.value.port == null ? [] : [{ containerPort = each.value.port, protocol = "tcp" }]

        logConfiguration = {
          logDriver = "awslogs"
          options = {
            awslogs-group         = aws_cloudwatch_log_group.main.name
            awslogs-region        = var.region
            awslogs-stream-prefix = each.key
          }
        }

        linuxParameters = { initProcessEnabled = true }
      },
      each.value.probe == null ? {} : {
        healthCheck = {
          command     = ["CMD-SHELL", each.value.probe]
          interval    = 15
          timeout     = 5
          retries     = 3
          startPeriod = 60
        }
      },
    )
  ])

  # All that a container needs before the services are there, so that the database can be migrated first.
  depends_on = [
    aws_ecs_cluster.main,
    aws_iam_role_policy.secrets,
    aws_iam_role_policy_attachment.start,
    aws_secretsmanager_secret_version.all,
    aws_vpc_security_group_egress_rule.containers,
    aws_vpc_security_group_ingress_rule.database,
  ]
}

resource "aws_ecs_service" "all" {
  for_each                          = local.services
  name                              = each.key
  cluster                           = aws_ecs_cluster.main.id
  task_definition                   = aws_ecs_task_definition.all[each.key].arn
  desired_count                     = each.value.count
  launch_type                       = "FARGATE"
  health_check_grace_period_seconds = each.value.target == null ? null : 60

  network_configuration {
    subnets         = var.private_subnet_ids
    security_groups = [aws_security_group.containers.id]
  }

  dynamic "load_balancer" {
    for_each = each.value.target == null ? [] : [each.value]

    content {
      target_group_arn = load_balancer.value.target
      container_name   = each.key
      container_port   = load_balancer.value.port
    }
  }

  # What cannot start is not put in place of what runs.
  deployment_circuit_breaker {
    enable   = true
    rollback = true
  }

  depends_on = [aws_lb_listener.https, aws_lb_listener_rule.streams]
}
