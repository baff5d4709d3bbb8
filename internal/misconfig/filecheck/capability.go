package filecheck

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// fileCapabilities is the extended attribute security.capability decoded, as in
// capabilities(7) and linux/capability.h.
type fileCapabilities struct {
	version     int // 1, 2 or 3
	effective   bool
	permitted   uint64
	inheritable uint64
	rootID      uint32 // the user namespace's root, version 3 only
}

// capabilityNames are the names of the capabilities of Linux. The index is the bit.
var capabilityNames = [...]string{
	"cap_chown", "cap_dac_override", "cap_dac_read_search", "cap_fowner", "cap_fsetid",
	"cap_kill", "cap_setgid", "cap_setuid", "cap_setpcap", "cap_linux_immutable",
	"cap_net_bind_service", "cap_net_broadcast", "cap_net_admin", "cap_net_raw", "cap_ipc_lock",
	"cap_ipc_owner", "cap_sys_module", "cap_sys_rawio", "cap_sys_chroot", "cap_sys_ptrace",
	"cap_sys_pacct", "cap_sys_admin", "cap_sys_boot", "cap_sys_nice", "cap_sys_resource",
	"cap_sys_time", "cap_sys_tty_config", "cap_mknod", "cap_lease", "cap_audit_write",
	"cap_audit_control", "cap_setfcap", "cap_mac_override", "cap_mac_admin", "cap_syslog",
	"cap_wake_alarm", "cap_block_suspend", "cap_audit_read", "cap_perfmon", "cap_bpf",
	"cap_checkpoint_restore",
}

// rootlikeCapabilities are the capabilities with which a process can become root, or can
// do what only root may, and the reason.
var rootlikeCapabilities = [...]struct {
	name, reason string
}{
	{"cap_chown", "takes ownership of any file"},
	{"cap_dac_override", "reads and writes any file"},
	{"cap_dac_read_search", "reads any file"},
	{"cap_fowner", "changes the mode of any file"},
	{"cap_setgid", "takes any group"},
	{"cap_setuid", "becomes any user"},
	{"cap_sys_module", "loads code into the kernel"},
	{"cap_sys_rawio", "reaches the hardware's memory and ports"},
	{"cap_sys_ptrace", "controls other processes"},
	{"cap_sys_admin", "mounts file systems and much else that is root's"},
	{"cap_mknod", "makes device nodes"},
	{"cap_setfcap", "gives capabilities to any file"},
	{"cap_mac_override", "goes past mandatory access control"},
	{"cap_mac_admin", "changes mandatory access control"},
	{"cap_bpf", "loads programs into the kernel"},
	{"cap_checkpoint_restore", "takes over the identity of processes that it restores"},
}

// The layout of struct vfs_cap_data and vfs_ns_cap_data, little-endian.
const (
	capRevisionMask  = 0xff000000
	capEffectiveFlag = 0x000001
)

// decodeCapability decodes the value of the extended attribute security.capability.
func decodeCapability(raw []byte) (fileCapabilities, error) {
	var c fileCapabilities
	if len(raw) < 4 {
		return c, errors.New("file capabilities of less than 4 bytes")
	}
	magic := binary.LittleEndian.Uint32(raw)
	sets, size := 2, 20
	switch magic & capRevisionMask {
	case 0x01000000:
		c.version, sets, size = 1, 1, 12
	case 0x02000000:
		c.version = 2
	case 0x03000000:
		c.version, size = 3, 24
	default:
		return c, fmt.Errorf("file capabilities of unknown version %#x", magic>>24)
	}
	if len(raw) != size {
		return c, fmt.Errorf("file capabilities of version %d have %d bytes, not %d", c.version, len(raw), size)
	}
	c.effective = magic&capEffectiveFlag != 0
	for i := range sets {
		at := raw[4+8*i:]
		c.permitted |= uint64(binary.LittleEndian.Uint32(at)) << (32 * i)
		c.inheritable |= uint64(binary.LittleEndian.Uint32(at[4:])) << (32 * i)
	}
	if c.version == 3 {
		c.rootID = binary.LittleEndian.Uint32(raw[20:])
	}
	return c, nil
}

// String returns the capabilities in the form of cap_from_text(3), as getcap(8) prints
// them.
func (c fileCapabilities) String() string {
	groups := map[string][]string{}
	for i := range 64 {
		bit := uint64(1) << i
		flags := ""
		if c.permitted&bit != 0 {
			if flags = "p"; c.effective {
				flags = "ep"
			}
		}
		if c.inheritable&bit != 0 {
			if flags == "" && c.effective {
				flags = "e"
			}
			flags = strings.Replace(flags+"i", "pi", "ip", 1)
		}
		if flags != "" {
			groups[flags] = append(groups[flags], capabilityName(i))
		}
	}
	var parts []string
	for _, flags := range []string{"eip", "ep", "ei", "ip", "p", "i"} {
		if names := groups[flags]; names != nil {
			parts = append(parts, strings.Join(names, ",")+"+"+flags)
		}
	}
	return strings.Join(parts, " ")
}

func capabilityName(i int) string {
	if i < len(capabilityNames) {
		return capabilityNames[i]
	}
	return fmt.Sprintf("cap_%d", i)
}

// has reports whether a process that executes the file gets the capability.
func (c fileCapabilities) has(name string) bool {
	i := slices.Index(capabilityNames[:], name)
	return i >= 0 && c.permitted&(1<<i) != 0
}

// rootlike returns the reasons why the capabilities are equivalent to root; none if they
// are not.
func (c fileCapabilities) rootlike() []string {
	var reasons []string
	for _, r := range rootlikeCapabilities {
		if c.has(r.name) {
			reasons = append(reasons, r.name+" "+r.reason)
		}
	}
	return reasons
}
