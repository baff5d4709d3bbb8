package filecheck

import (
	"encoding/binary"
	"testing"
)

// capability makes the raw value of security.capability, version 2, with the
// named capabilities permitted and effective.
func capability(names ...string) string {
	var mask uint64
	for i, n := range capabilityNames {
		for _, name := range names {
			if n == name {
				mask |= 1 << i
			}
		}
	}
	raw := binary.LittleEndian.AppendUint32(nil, 0x02000001)
	raw = binary.LittleEndian.AppendUint32(raw, uint32(mask))
	raw = binary.LittleEndian.AppendUint32(raw, 0)
	raw = binary.LittleEndian.AppendUint32(raw, uint32(mask>>32))
	return string(binary.LittleEndian.AppendUint32(raw, 0))
}

func TestDecodeCapability(t *testing.T) {
	tests := map[string]struct {
		raw, want string
		reasons   int
	}{
		"version 1, ping":          {"\x01\x00\x00\x01\x00\x20\x00\x00\x00\x00\x00\x00", "cap_net_raw+ep", 0},
		"version 2, ping":          {capability("cap_net_raw"), "cap_net_raw+ep", 0},
		"two":                      {capability("cap_setuid", "cap_setgid"), "cap_setgid,cap_setuid+ep", 2},
		"high bits":                {capability("cap_bpf"), "cap_bpf+ep", 1},
		"version 3 in a namespace": {"\x00\x00\x00\x03\x80\x00\x00\x00\x80\x00\x00\x00" + "\x00\x00\x00\x00\x00\x00\x00\x00" + "\xe8\x03\x00\x00", "cap_setuid+ip", 1},
		"inheritable only":         {"\x01\x00\x00\x02\x00\x00\x00\x00\x80\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00", "cap_setuid+ei", 0},
		"one without a name":       {"\x01\x00\x00\x02\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x80\x00\x00\x00\x00", "cap_63+ep", 0},
		"none":                     {"\x00\x00\x00\x02\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00", "", 0},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			c, err := decodeCapability([]byte(tt.raw))
			if err != nil {
				t.Fatal(err)
			}
			if got := c.String(); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
			if got := c.rootlike(); len(got) != tt.reasons {
				t.Errorf("reasons %q, want %d", got, tt.reasons)
			}
			if c.version == 3 && c.rootID != 1000 {
				t.Errorf("root id %d", c.rootID)
			}
		})
	}
}

func TestDecodeCapabilityMalformed(t *testing.T) {
	for _, raw := range []string{"", "\x01", "\x01\x00\x00\x02", "\x01\x00\x00\x04" + capability()[4:], capability() + "x", "\x00\x00\x00\x03" + capability()[4:]} {
		if c, err := decodeCapability([]byte(raw)); err == nil {
			t.Errorf("%q: %v", raw, c)
		}
	}
}

func TestRootlikeCapabilitiesExist(t *testing.T) {
	for _, r := range rootlikeCapabilities {
		if c, err := decodeCapability([]byte(capability(r.name))); err != nil || !c.has(r.name) {
			t.Errorf("no capability is called %s", r.name)
		}
	}
	if len(capabilityNames) != 41 {
		t.Errorf("%d names", len(capabilityNames))
	}
}

func FuzzCapability(f *testing.F) {
	f.Add([]byte(capability("cap_net_raw")))
	f.Add([]byte("\x01\x00\x00\x01\x00\x20\x00\x00\x00\x00\x00\x00"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		c, err := decodeCapability(raw)
		if err == nil && (c.String() == "") != (c.permitted|c.inheritable == 0) {
			t.Errorf("%+v: %q", c, c)
		}
	})
}
