"""What ShellCheck says of the scripts in RUN."""
