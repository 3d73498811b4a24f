"""The build context on disk and the infrastructure code around it. Knows no rules."""
