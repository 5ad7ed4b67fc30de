output "urls" {
  description = "Addresses that are open, some minutes after the host has started; Grafana and Jaeger need the profiles dashboards and traces."
  value       = { for name, door in local.ports : name => "http://${aws_instance.host.public_dns}:${door.port}" if length(door.cidrs) > 0 }
}

output "instance_id" {
  description = "For a shell on the host: aws ssm start-session --target <this>."
  value       = aws_instance.host.id
}
