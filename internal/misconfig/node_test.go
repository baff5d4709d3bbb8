package misconfig

import (
	"archive/tar"
	"testing"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/imagetest"
)

func nodeExamples() []example {
	return []example{
		{
			check: "device-node",
			trigger: images{
				"a disk": files(device("opt/disk", tar.TypeBlock, 0o660)), "memory": files(device("opt/mem", tar.TypeChar, 0o600)), "in dev": files(device("dev/sda", tar.TypeBlock, 0o660)),
			},
			clean: images{
				"the usual": files(device("dev/null", tar.TypeChar, 0o666), device("dev/tty1", tar.TypeChar, 0o620), device("srv/chroot/dev/urandom", tar.TypeChar, 0o666)),
				"overlay's": files(device("opt/gone", tar.TypeChar, 0)), "a pipe": files(device("run/initctl", tar.TypeFifo, 0o600)),
			},
		},
		{
			check: "link-above-root",
			trigger: images{
				"far above": files(imagetest.Symlink("opt/x", "../../../etc/shadow")), "absolute": files(imagetest.Symlink("opt/x", "/../etc/shadow")), "one too many": files(imagetest.Symlink("x", "../etc")),
			},
			clean: images{
				"absolute": files(imagetest.Symlink("etc/alternatives/vi", "/usr/bin/vim")), "up to the root": files(imagetest.Symlink("opt/a/x", "../../etc/x")),
				"up and down": files(imagetest.Symlink("usr/lib/a/x", "../b/../c")), "a name with dots": files(imagetest.Symlink("x", "..a/b")),
			},
		},
		{
			check: "link-to-host",
			trigger: images{
				"the engine": files(imagetest.Symlink("run/engine", "/var/run/docker.sock")), "the host's root": files(imagetest.Symlink("host", "/proc/1/root")),
			},
			clean: images{
				"output": files(imagetest.Symlink("var/log/nginx/access.log", "/dev/stdout"), imagetest.Symlink("var/log/cron.log", "/proc/1/fd/1"), imagetest.Symlink("dev/fd", "/proc/self/fd")),
				"mounts": files(imagetest.Symlink("etc/mtab", "/proc/mounts")), "another socket": files(imagetest.Symlink("run/x", "/run/php.sock")),
			},
		},
	}
}

func TestDeviceSeverity(t *testing.T) {
	severities{
		"a disk":          {files(device("opt/disk", tar.TypeBlock, 0o660)), seaworthy.Medium},
		"a disk in dev":   {files(device("dev/sda", tar.TypeBlock, 0o660)), seaworthy.Negligible},
		"something else":  {files(device("opt/fuse", tar.TypeChar, 0o660)), seaworthy.Low},
		"a disk, removed": {layered(imagetest.Layer{device("opt/disk", tar.TypeBlock, 0o660)}, imagetest.Layer{imagetest.Whiteout("opt/disk")}), seaworthy.Negligible},
	}.hold(t, "device-node")
}
