package mediatest

import (
	"os/exec"
	"syscall"
)

// endWithParent keeps a crashed test from leaving its server behind.
func endWithParent(c *exec.Cmd) {
	c.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
}
