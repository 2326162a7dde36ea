"""What breaks when processes are killed, disks are full, files are damaged and clocks jump: see `make chaos`."""
