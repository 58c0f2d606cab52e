"""Every reader on damaged and hostile files, in processes with limits; see `fuzz.harness`."""
