output "address" {
  description = "Point the hostname here, by a CNAME or an alias."
  value       = aws_lb.main.dns_name
}

output "migrate" {
  description = "Run for each release, and with another command for whatever the guide runs once."
  value = join(" ", [
    "aws ecs run-task --cluster ${aws_ecs_cluster.main.name} --launch-type FARGATE",
    "--task-definition ${aws_ecs_task_definition.all["migrate"].family}",
    "--network-configuration 'awsvpcConfiguration={subnets=[${join(",", var.private_subnet_ids)}],securityGroups=[${aws_security_group.containers.id}]}'",
  ])
}

output "logs" {
  description = "The log group of all containers."
  value       = aws_cloudwatch_log_group.main.name
}
