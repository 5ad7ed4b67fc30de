output "urls" {
  description = "Pages of the stack. They answer the addresses in admin_cidrs, some minutes after the host has started; dashboards and traces need their profiles."
  value       = { for page, port in local.pages : page => "http://${aws_instance.host.public_dns}:${port}" }
}

output "instance_id" {
  description = "For a shell on the host: aws ssm start-session --target <this>."
  value       = aws_instance.host.id
}
