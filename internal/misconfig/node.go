package misconfig

import (
	"fmt"
	"path"
	"strings"

	"seaworthy.dev/seaworthy"
)

func nodeInterests() []interest {
	return []interest{
		{name: "device", header: func(h *seaworthy.Header) bool {
			// A character device without any permission is how overlayfs itself
			// marks a removed file.
			return h.Type == seaworthy.BlockDevice || h.Type == seaworthy.CharDevice && h.Mode&0o777 != 0
		}},
		{name: "link-out", header: func(h *seaworthy.Header) bool {
			return h.Type == seaworthy.Symlink && (leavesRoot(h.Path, h.Link) || leadsToHost(h.Link))
		}},
	}
}

// nodeChecks judge the entries that are neither files nor directories.
func nodeChecks() []check {
	return []check{
		{
			id: "device-node", title: "The image holds device nodes",
			severity: seaworthy.Low,
			detail: "Runtimes make the devices that a container may use. One that the image brings works where a container has more " +
				"rights than usual, and is then the host's.",
			remedy:   remedy("Remove the device nodes in the instruction that creates them."),
			together: true,
			judge:    judgeDevices,
		},
		{
			id: "link-above-root", title: "A symbolic link climbs above the root of the file system",
			severity: seaworthy.Low,
			detail: "Inside a container such a link stops at the root. A program that unpacks or copies the image without care follows " +
				"it into the host's files.",
			remedy:   remedy("Recreate the link with a target inside the image, with no more .. than there are directories above it."),
			together: true,
			judge:    func(s *subject) []violation { return judgeLinks(s, leavesRootEntry) },
		},
		{
			id: "link-to-host", title: "A symbolic link leads to the container engine or another process's files",
			severity: seaworthy.Medium,
			detail:   "The link makes sense only in a container that is given the engine's socket, or the host's processes: both are root on the host.",
			remedy:   remedy("Remove the link, and start the container without the socket and with its own process namespace."),
			together: true,
			judge:    func(s *subject) []violation { return judgeLinks(s, leadsToHostEntry) },
		},
	}
}

func judgeDevices(s *subject) []violation {
	var list []violation
	for _, e := range s.noted("device") {
		dir, base := path.Split(e.Path)
		if e.Type == seaworthy.CharDevice && harmlessDevice(base) {
			continue
		}
		v := violation{evidence: describeMode(e), locations: []seaworthy.Location{s.at(e, 0)}}
		switch {
		case strings.HasPrefix(dir, "dev/"):
			v.severity, v.title = seaworthy.Negligible, "The image holds device nodes in /dev, which runtimes hide"
		case e.Type == seaworthy.BlockDevice, base == "mem", base == "kmem", base == "port":
			v.severity, v.title = seaworthy.Medium, "The image holds device nodes of disks or memory"
		}
		if !e.Live() {
			v.severity = seaworthy.Negligible
		}
		list = append(list, v)
	}
	return list
}

// harmlessDevice is true for the devices that every container has, and the
// terminals that old tools make beside them.
func harmlessDevice(base string) bool {
	switch base {
	case "null", "zero", "full", "random", "urandom", "tty", "console", "ptmx", "stdin", "stdout", "stderr":
		return true
	}
	return strings.HasPrefix(base, "tty") || strings.HasPrefix(base, "pty")
}

// leavesRoot is true if the target of a symbolic link has more ".." at its
// start than there are directories above the link.
func leavesRoot(at, link string) bool {
	if strings.HasPrefix(link, "/") {
		return strings.HasPrefix(link, "/../") || link == "/.."
	}
	climbs := 0
	for strings.HasPrefix(link, "../") {
		climbs++
		link = strings.TrimLeft(link[3:], "/")
	}
	if link == ".." {
		climbs++
	}
	return climbs > 0 && climbs > strings.Count(at, "/")
}

// leadsToHost is true if a link names the socket of a container engine, or the
// files of the first process, which is the host's if namespaces are shared.
func leadsToHost(link string) bool {
	if rest, ok := strings.CutPrefix(link, "/proc/1/"); ok {
		return !strings.HasPrefix(rest, "fd/") // where many images send their logs
	}
	return strings.HasPrefix(link, "/proc/self/root") || strings.HasSuffix(link, ".sock") && namesSocket(link)
}

func leavesRootEntry(e *seaworthy.Entry) bool  { return leavesRoot(e.Path, e.Link) }
func leadsToHostEntry(e *seaworthy.Entry) bool { return leadsToHost(e.Link) }

func judgeLinks(s *subject, bad func(*seaworthy.Entry) bool) []violation {
	var list []violation
	for _, e := range s.noted("link-out") {
		if bad(&e) {
			v := violation{evidence: fmt.Sprintf("/%s -> %s", shown(e.Path), shown(e.Link)), locations: []seaworthy.Location{s.at(e, 0)}}
			if !e.Live() {
				v.severity = seaworthy.Negligible
			}
			list = append(list, v)
		}
	}
	return list
}
