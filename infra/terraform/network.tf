resource "aws_vpc" "stack" {
  cidr_block           = "10.42.0.0/16"
  enable_dns_hostnames = true
  tags                 = { Name = var.name }
}

resource "aws_internet_gateway" "stack" {
  vpc_id = aws_vpc.stack.id
  tags   = { Name = var.name }
}

resource "aws_subnet" "public" {
  vpc_id     = aws_vpc.stack.id
  cidr_block = "10.42.1.0/24"
  tags       = { Name = "${var.name}-public" }
}

resource "aws_route_table" "public" {
  vpc_id = aws_vpc.stack.id
  route {
    cidr_block = "0.0.0.0/0"
    gateway_id = aws_internet_gateway.stack.id
  }
  tags = { Name = "${var.name}-public" }
}

resource "aws_route_table_association" "public" {
  subnet_id      = aws_subnet.public.id
  route_table_id = aws_route_table.public.id
}

# Closed until a variable opens a port (doors.tf). There is no port for SSH: Session Manager needs none.
resource "aws_security_group" "stack" {
  name        = var.name
  description = "Ports of the stack, for the addresses that the variables name"
  vpc_id      = aws_vpc.stack.id
  tags        = { Name = var.name }
}

resource "aws_vpc_security_group_ingress_rule" "page" {
  for_each          = local.doors
  security_group_id = aws_security_group.stack.id
  description       = each.key
  cidr_ipv4         = each.value.cidr
  ip_protocol       = "tcp"
  from_port         = each.value.port
  to_port           = each.value.port
}

# Packages, images and the repository are fetched from anywhere.
resource "aws_vpc_security_group_egress_rule" "all" {
  security_group_id = aws_security_group.stack.id
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "-1"
}
