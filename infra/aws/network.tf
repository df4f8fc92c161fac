resource "aws_security_group" "balancer" {
  name        = "${var.name}-balancer"
  description = "Everybody, to the load balancer"
  vpc_id      = var.vpc_id
}

resource "aws_vpc_security_group_ingress_rule" "balancer" {
  for_each          = { http = 80, https = 443 }
  security_group_id = aws_security_group.balancer.id
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "tcp"
  from_port         = each.value
  to_port           = each.value
}

resource "aws_vpc_security_group_egress_rule" "balancer" {
  security_group_id            = aws_security_group.balancer.id
  referenced_security_group_id = aws_security_group.containers.id
  ip_protocol                  = "tcp"
  from_port                    = local.web_port
  to_port                      = local.streams_port
}

resource "aws_security_group" "containers" {
  name        = "${var.name}-containers"
  description = "The load balancer, to web servers and streams"
  vpc_id      = var.vpc_id
}

resource "aws_vpc_security_group_ingress_rule" "containers" {
  security_group_id            = aws_security_group.containers.id
  referenced_security_group_id = aws_security_group.balancer.id
  ip_protocol                  = "tcp"
  from_port                    = local.web_port
  to_port                      = local.streams_port
}

# Model servers, partners' receivers, and the registry of images.
resource "aws_vpc_security_group_egress_rule" "containers" {
  security_group_id = aws_security_group.containers.id
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "-1"
}

resource "aws_security_group" "database" {
  name        = "${var.name}-database"
  description = "Containers, to the database"
  vpc_id      = var.vpc_id
}

resource "aws_vpc_security_group_ingress_rule" "database" {
  security_group_id            = aws_security_group.database.id
  referenced_security_group_id = aws_security_group.containers.id
  ip_protocol                  = "tcp"
  from_port                    = 5432
  to_port                      = 5432
}

resource "aws_lb" "main" {
  name               = var.name
  load_balancer_type = "application"
  subnets            = var.public_subnet_ids
  security_groups    = [aws_security_group.balancer.id]
  # Shorter than the 30 seconds after which servers close what is idle; open streams say something every 15.
  idle_timeout = 25

  # X_Forwarded_For would be taken for X-Forwarded-For.
  drop_invalid_header_fields = true
}

resource "aws_lb_target_group" "web" {
  name                 = "${var.name}-web"
  vpc_id               = var.vpc_id
  target_type          = "ip"
  protocol             = "HTTP"
  port                 = local.web_port
  deregistration_delay = 30

  health_check {
    path = "/health"
    # It asks under the address of the container, which is no allowed host: a refusal comes from a server that lives.
    matcher             = "200,400"
    interval            = 10
    timeout             = 5
    healthy_threshold   = 2
    unhealthy_threshold = 3
  }
}

resource "aws_lb_target_group" "streams" {
  name                 = "${var.name}-streams"
  vpc_id               = var.vpc_id
  target_type          = "ip"
  protocol             = "HTTP"
  port                 = local.streams_port
  deregistration_delay = 5

  health_check {
    path                = "/health"
    matcher             = "200,400"
    interval            = 10
    timeout             = 5
    healthy_threshold   = 2
    unhealthy_threshold = 3
  }
}

resource "aws_lb_listener" "http" {
  load_balancer_arn = aws_lb.main.arn
  port              = 80
  protocol          = "HTTP"

  default_action {
    type = "redirect"

    redirect {
      protocol    = "HTTPS"
      port        = "443"
      status_code = "HTTP_301"
    }
  }
}

resource "aws_lb_listener" "https" {
  load_balancer_arn = aws_lb.main.arn
  port              = 443
  protocol          = "HTTPS"
  ssl_policy        = "ELBSecurityPolicy-TLS13-1-2-2021-06"
  certificate_arn   = var.certificate_arn

  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.web.arn
  }
}

resource "aws_lb_listener_rule" "streams" {
  listener_arn = aws_lb_listener.https.arn
  priority     = 10

  condition {
    path_pattern {
      values = ["/api/v1/assessments/*/events"]
    }
  }

  action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.streams.arn
  }
}
