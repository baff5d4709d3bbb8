package misconfig

import (
	"archive/tar"
	"encoding/binary"
	"slices"
	"testing"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/imagetest"
)

func setuidExamples() []example {
	ping := imagetest.FileMode("usr/bin/ping", 0o755, "ELF").Xattr("security.capability", capability("cap_net_raw"))
	return []example{
		{
			check: "setuid-added",
			trigger: images{
				"a shell":                  files(imagetest.FileMode("usr/local/bin/bash", 0o4755, "ELF")),
				"a program of one's own":   files(imagetest.FileMode("opt/app/run", 0o4755, "ELF")),
				"setgid":                   files(imagetest.FileMode("opt/app/run", 0o2755, "ELF")),
				"removed later":            layered(imagetest.Layer{imagetest.FileMode("tmp/sh", 0o4755, "ELF")}, imagetest.Layer{imagetest.Whiteout("tmp/sh")}),
				"the bit removed later":    layered(imagetest.Layer{imagetest.FileMode("opt/run", 0o4755, "ELF")}, imagetest.Layer{imagetest.FileMode("opt/run", 0o755, "ELF")}),
				"a known name of a user's": files(imagetest.FileMode("usr/bin/su", 0o4755, "ELF").Owned(1000, 1000)),
				"made so by a hard link": files(imagetest.File("opt/run", "ELF"),
					imagetest.Entry{Header: tar.Header{Typeflag: tar.TypeLink, Name: "opt/link", Linkname: "opt/run", Mode: 0o4755}}),
				"a known name in another way": files(imagetest.FileMode("opt/bin/su", 0o4755, "ELF")),
			},
			clean: images{
				"Debian's own": files(imagetest.FileMode("usr/bin/su", 0o4755, "ELF"), imagetest.FileMode("usr/bin/chage", 0o2755, "ELF").Owned(0, 42),
					imagetest.FileMode("usr/lib/openssh/ssh-keysign", 0o4755, "ELF"), imagetest.FileMode("usr/games/nethack", 0o2755, "ELF").Owned(0, 60)),
				"before /usr was merged": files(imagetest.FileMode("bin/mount", 0o4755, "ELF"), imagetest.FileMode("sbin/unix_chkpwd", 0o2755, "ELF")),
				"Alpine's own":           files(imagetest.FileMode("bin/bbsuid", 0o4111, "ELF")),
				"Fedora's own":           files(imagetest.FileMode("usr/libexec/dbus-1/dbus-daemon-launch-helper", 0o4750, "ELF").Owned(0, 81)),
				"a hard link to one of these": files(imagetest.FileMode("usr/bin/su", 0o4755, "ELF"),
					imagetest.Entry{Header: tar.Header{Typeflag: tar.TypeLink, Name: "opt/su", Linkname: "usr/bin/su", Mode: 0o4755}}),
				"a directory":              files(imagetest.Dir("var/mail", 0o2775)),
				"not executable":           files(imagetest.FileMode("opt/data", 0o4644, "x")),
				"Debian's own, taken away": layered(imagetest.Layer{imagetest.FileMode("usr/bin/su", 0o4755, "ELF")}, imagetest.Layer{imagetest.Whiteout("usr/bin/su")}),
			},
		},
		{
			check:   "setuid-distribution",
			trigger: images{"su": files(imagetest.FileMode("usr/bin/su", 0o4755, "ELF"))},
			clean: images{
				"removed":     layered(imagetest.Layer{imagetest.FileMode("usr/bin/su", 0o4755, "ELF")}, imagetest.Layer{imagetest.FileMode("usr/bin/su", 0o755, "ELF")}),
				"one's own":   files(imagetest.FileMode("opt/run", 0o4755, "ELF")),
				"ordinary":    files(imagetest.FileMode("usr/bin/su", 0o755, "ELF")),
				"of a user's": files(imagetest.FileMode("usr/bin/su", 0o4755, "ELF").Owned(1000, 0)),
			},
		},
		{
			check: "setuid-writable",
			trigger: images{
				"by all":      files(imagetest.FileMode("opt/run", 0o4757, "ELF")),
				"by a group":  files(imagetest.FileMode("opt/run", 0o4775, "ELF").Owned(0, 1000)),
				"a known one": files(imagetest.FileMode("usr/bin/su", 0o4777, "ELF")),
			},
			clean: images{
				"by the owner":    files(imagetest.FileMode("opt/run", 0o4755, "ELF")),
				"by root's group": files(imagetest.FileMode("opt/run", 0o4775, "ELF")),
			},
		},
		{
			check: "file-capabilities",
			trigger: images{
				"python that may become root": files(imagetest.FileMode("usr/bin/python3.11", 0o755, "ELF").Xattr("security.capability", capability("cap_setuid"))),
				"ping that may too":           files(imagetest.FileMode("usr/bin/ping", 0o755, "ELF").Xattr("security.capability", capability("cap_net_raw", "cap_sys_admin"))),
				"a network tool":              files(imagetest.FileMode("opt/vpn", 0o755, "ELF").Xattr("security.capability", capability("cap_net_admin"))),
				"not decodable":               files(imagetest.FileMode("opt/vpn", 0o755, "ELF").Xattr("security.capability", "x")),
			},
			clean: images{
				"ping":               files(ping),
				"a web server":       files(imagetest.FileMode("usr/bin/caddy", 0o755, "ELF").Xattr("security.capability", capability("cap_net_bind_service"))),
				"none":               files(imagetest.FileMode("usr/bin/ping", 0o755, "ELF")),
				"Fedora's newuidmap": files(imagetest.FileMode("usr/bin/newuidmap", 0o755, "ELF").Xattr("security.capability", capability("cap_setuid"))),
			},
		},
	}
}

func TestSetuidSeverity(t *testing.T) {
	severities{
		"a shell":                 {files(imagetest.FileMode("usr/local/bin/bash", 0o4755, "ELF")), seaworthy.High},
		"a version of python":     {files(imagetest.FileMode("usr/bin/python3.11", 0o4755, "ELF")), seaworthy.High},
		"a program that reads":    {files(imagetest.FileMode("usr/bin/cat", 0o4755, "ELF")), seaworthy.Medium},
		"an unknown one":          {files(imagetest.FileMode("opt/run", 0o4755, "ELF")), seaworthy.Medium},
		"an unknown one's group":  {files(imagetest.FileMode("opt/run", 0o2755, "ELF")), seaworthy.Low},
		"an unknown one's owner":  {files(imagetest.FileMode("opt/run", 0o4755, "ELF").Owned(33, 33)), seaworthy.Low},
		"a shell of root's group": {files(imagetest.FileMode("opt/bash", 0o2755, "ELF")), seaworthy.Medium},
		"a script":                {files(imagetest.FileMode("opt/run.sh", 0o4755, "#!/bin/sh")), seaworthy.Low},
		"a shell removed later":   {layered(imagetest.Layer{imagetest.FileMode("tmp/sh", 0o4755, "ELF")}, imagetest.Layer{imagetest.Whiteout("tmp/sh")}), seaworthy.Low},
	}.hold(t, "setuid-added")
	severities{
		"cap_setuid":           {files(imagetest.FileMode("opt/x", 0o755, "ELF").Xattr("security.capability", capability("cap_setuid"))), seaworthy.High},
		"cap_net_admin":        {files(imagetest.FileMode("opt/x", 0o755, "ELF").Xattr("security.capability", capability("cap_net_admin"))), seaworthy.Low},
		"cap_setuid, replaced": {layered(imagetest.Layer{imagetest.FileMode("opt/x", 0o755, "ELF").Xattr("security.capability", capability("cap_setuid"))}, imagetest.Layer{imagetest.FileMode("opt/x", 0o755, "ELF")}), seaworthy.Low},
	}.hold(t, "file-capabilities")
}

func TestSetuidFindingsAreFew(t *testing.T) {
	var layer imagetest.Layer
	for _, name := range []string{"opt/a", "opt/b", "opt/c", "usr/bin/su", "usr/bin/passwd"} {
		layer = append(layer, imagetest.FileMode(name, 0o4755, "ELF"))
	}
	v := analyze(t, layered(layer))
	for id, places := range map[string]int{"setuid-added": 3, "setuid-distribution": 2} {
		i := slices.IndexFunc(v.findings, func(f *seaworthy.Finding) bool { return f.ID == id })
		if i < 0 || len(v.findings[i].Locations) != places {
			t.Errorf("%s: want one finding with %d places:\n%s", id, places, v)
		}
	}
}

// capability makes the raw value of security.capability, version 2, with the named
// capabilities permitted and effective.
func capability(names ...string) string {
	bits := map[string]int{"cap_setuid": 7, "cap_net_bind_service": 10, "cap_net_admin": 12, "cap_net_raw": 13, "cap_sys_ptrace": 19, "cap_sys_admin": 21}
	var mask uint64
	for _, name := range names {
		bit, ok := bits[name]
		if !ok {
			panic("the tests do not know " + name)
		}
		mask |= 1 << bit
	}
	raw := binary.LittleEndian.AppendUint32(nil, 0x02000001)
	raw = binary.LittleEndian.AppendUint32(raw, uint32(mask))
	raw = binary.LittleEndian.AppendUint32(raw, 0)
	raw = binary.LittleEndian.AppendUint32(raw, uint32(mask>>32))
	return string(binary.LittleEndian.AppendUint32(raw, 0))
}
