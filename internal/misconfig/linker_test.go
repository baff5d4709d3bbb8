package misconfig

import (
	"testing"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/imagetest"
)

func linkerExamples() []example {
	return []example{
		{
			check: "ld-preload-file",
			trigger: images{
				"a library": files(imagetest.File("etc/ld.so.preload", "/lib/a.so\n"), imagetest.File("lib/a.so", "ELF")),
				"removed":   layered(imagetest.Layer{imagetest.File("etc/ld.so.preload", "/lib/a.so\n")}, imagetest.Layer{imagetest.Whiteout("etc/ld.so.preload")}),
				"writable":  files(imagetest.FileMode("etc/ld.so.preload", 0o666, "")),
			},
			clean: images{"empty": files(imagetest.File("etc/ld.so.preload", "\n")), "a comment": files(imagetest.File("etc/ld.so.preload", "# none\n")), "none": files()},
		},
		{
			check: "library-directory-writable",
			trigger: images{
				"by all":  files(imagetest.File("etc/ld.so.conf.d/a.conf", "# x\n/opt/lib\n"), imagetest.Dir("opt", 0o755), imagetest.Dir("opt/lib", 0o777)),
				"missing": files(imagetest.File("etc/ld.so.conf", "/tmp/lib"), imagetest.Dir("tmp", 0o1777)),
				"musl":    files(imagetest.File("etc/ld-musl-x86_64.path", "/lib:/opt/lib"), imagetest.Dir("opt", 0o755), imagetest.Dir("opt/lib", 0o755).Owned(1000, 1000)),
			},
			clean: images{
				"Debian's": files(imagetest.File("etc/ld.so.conf", "include /etc/ld.so.conf.d/*.conf\n"), imagetest.File("etc/ld.so.conf.d/libc.conf", "# libc default configuration\n/usr/local/lib\n"),
					imagetest.Dir("usr", 0o755), imagetest.Dir("usr/local", 0o755), imagetest.Dir("usr/local/lib", 0o755)),
				"another user's": files(imagetest.File("etc/ld.so.conf.d/a.conf", "/opt/lib\n"), imagetest.Dir("opt", 0o755), imagetest.Dir("opt/lib", 0o755).Owned(2000, 2000)),
			},
		},
	}
}

func TestPreloadFileSeverity(t *testing.T) {
	severities{
		"root's":   {files(imagetest.File("etc/ld.so.preload", "/lib/a.so\n"), imagetest.Dir("lib", 0o755), imagetest.File("lib/a.so", "ELF")), seaworthy.Medium},
		"writable": {files(imagetest.File("etc/ld.so.preload", "/lib/a.so\n"), imagetest.File("lib/a.so", "ELF").Owned(1000, 1000)), seaworthy.High},
		"missing":  {files(imagetest.File("etc/ld.so.preload", "/tmp/a.so\n"), imagetest.Dir("tmp", 0o1777)), seaworthy.High},
		"removed":  {layered(imagetest.Layer{imagetest.File("etc/ld.so.preload", "/lib/a.so\n")}, imagetest.Layer{imagetest.Whiteout("etc/ld.so.preload")}), seaworthy.Low},
	}.hold(t, "ld-preload-file")
}
