extension Rule {
  /// A bare call by the name of a system call, or of libc's cover for one. What has a label or no
  /// argument is somebody's own method; one that has neither is told apart by `self.`.
  static let systemCalls = Rule("system calls only in Platform") { file in
    guard let module = file.module, module != "Platform" else { return [] }
    return file.tokens.indices.compactMap { index in
      let name = file.word(index)
      guard isSystemCall(name), file.word(index + 1) == "(", file.tokens[index + 1].touchesPrevious,
        isBare(index, in: file) || ["Glibc", "CLinux"].contains(file.word(index - 2))
      else { return nil }
      return file.complaint(file.tokens[index].line, "\(name)() belongs in Platform")
    }
  }

  private static func isBare(_ index: Int, in file: SourceFile) -> Bool {
    let labelled = file.tokens.indices.contains(index + 2) && file.tokens[index + 2].isWord
    return ![".", "func", "case"].contains(file.word(index - 1)) && file.word(index + 2) != ")"
      && !(labelled && file.word(index + 3) == ":")
  }

  private static func isSystemCall(_ name: String) -> Bool {
    callNames.contains(name) || callPrefixes.contains(where: name.hasPrefix)
  }

  private static let callPrefixes = [
    "epoll_", "eventfd", "timerfd_", "signalfd", "inotify_", "pthread_", "clock_", "posix_f",
    "sched_", "io_uring_",
  ]

  private static let callNames: Set = [
    "open", "openat", "creat", "close", "dup", "dup2", "dup3", "fcntl", "ioctl", "flock", "lseek",
    "read", "readv", "pread", "preadv", "preadv2", "write", "writev", "pwrite", "pwritev",
    "pwritev2", "fopen", "fread", "fwrite", "fclose", "fflush", "readahead", "sendfile", "splice",
    "copy_file_range", "fsync", "fdatasync", "syncfs", "sync_file_range", "fallocate", "truncate",
    "ftruncate", "rename", "renameat", "renameat2", "unlink", "unlinkat", "rmdir", "mkdir",
    "mkdirat", "opendir", "readdir", "closedir", "stat", "fstat", "lstat", "statx", "statvfs",
    "fstatvfs", "mmap", "munmap", "mremap", "msync", "madvise", "mincore", "mlock", "memfd_create",
    "socket", "socketpair", "bind", "listen", "accept", "accept4", "connect", "shutdown",
    "getsockopt", "setsockopt", "getsockname", "getpeername", "getaddrinfo", "send", "sendto",
    "sendmsg", "sendmmsg", "recv", "recvfrom", "recvmsg", "recvmmsg", "poll", "ppoll", "pipe",
    "pipe2", "fork", "execv", "execve", "waitpid", "kill", "sigaction", "sigprocmask", "getrusage",
    "getrlimit", "setrlimit", "nanosleep", "usleep", "sleep", "gettimeofday", "syscall",
  ]
}
