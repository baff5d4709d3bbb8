package seaworthy

import (
	"bytes"
	"encoding/json"
	"slices"
)

// findingJSON is the JSON form of a Finding in version 1 of the report. A field of that
// version is never removed. So two structured fields each stand next to the text that
// older reports have: remedy next to remediation, controlItems next to controls.
type findingJSON struct {
	Risk           Risk             `json:"risk"`
	ID             string           `json:"id"`
	Aliases        []string         `json:"aliases,omitempty"`
	Fingerprint    string           `json:"fingerprint,omitempty"`
	Severity       Severity         `json:"severity"`
	SeveritySource string           `json:"severitySource,omitempty"`
	CVSS           []CVSS           `json:"cvss,omitempty"`
	EPSS           *EPSS            `json:"epss,omitempty"`
	KEV            *KEV             `json:"kev,omitempty"`
	Title          string           `json:"title"`
	Detail         string           `json:"detail,omitempty"`
	References     []string         `json:"references,omitempty"`
	Techniques     []string         `json:"techniques,omitempty"`
	Subject        Subject          `json:"subject,omitzero"`
	Package        *AffectedPackage `json:"package,omitempty"`
	Locations      []Location       `json:"locations,omitempty"`
	Evidence       string           `json:"evidence,omitempty"`
	ValueDigest    string           `json:"valueDigest,omitempty"`
	Remediation    string           `json:"remediation,omitempty"`
	Remedy         *Remedy          `json:"remedy,omitempty"`
	Controls       []string         `json:"controls,omitempty"`
	ControlItems   []Control        `json:"controlItems,omitempty"`
	VEX            *VEX             `json:"vex,omitempty"`
	Exception      *Exception       `json:"exception,omitempty"`
}

// MarshalJSON implements [json.Marshaler].
func (f Finding) MarshalJSON() ([]byte, error) {
	return marshalUnescaped(findingJSON{
		Risk: f.Risk, ID: f.ID, Aliases: f.Aliases, Fingerprint: f.Fingerprint,
		Severity: f.Severity, SeveritySource: f.SeveritySource, CVSS: f.CVSS, EPSS: f.EPSS, KEV: f.KEV,
		Title: f.Title, Detail: f.Detail, References: f.References, Techniques: f.Techniques,
		Subject: f.Subject, Package: f.Package, Locations: f.Locations, Evidence: f.Evidence, ValueDigest: f.ValueDigest,
		Remediation: f.Remedy.String(), Remedy: f.Remedy, Controls: f.ControlNames(), ControlItems: f.Controls,
		VEX: f.VEX, Exception: f.Exception,
	})
}

// UnmarshalJSON implements [json.Unmarshaler]. In reports without the structured fields it
// parses remediation and controls instead.
func (f *Finding) UnmarshalJSON(data []byte) error {
	var j findingJSON
	if err := json.Unmarshal(data, &j); err != nil {
		return err
	}
	if j.Remedy == nil {
		j.Remedy = parseRemedy(j.Remediation)
	}
	if j.ControlItems == nil {
		for _, c := range j.Controls {
			j.ControlItems = append(j.ControlItems, ParseControl(c))
		}
	}
	*f = Finding{
		Risk: j.Risk, ID: j.ID, Aliases: j.Aliases, Fingerprint: j.Fingerprint,
		Severity: j.Severity, SeveritySource: j.SeveritySource, CVSS: j.CVSS, EPSS: j.EPSS, KEV: j.KEV,
		Title: j.Title, Detail: j.Detail, References: j.References, Techniques: j.Techniques,
		Subject: j.Subject, Package: j.Package, Locations: j.Locations, Evidence: j.Evidence, ValueDigest: j.ValueDigest,
		Remedy: j.Remedy, Controls: slices.Clip(j.ControlItems),
		VEX: j.VEX, Exception: j.Exception,
	}
	return nil
}

// marshalUnescaped is json.Marshal without the escaping of <, > and &. It is for
// MarshalJSON methods: the encoder that calls them escapes these characters if it is
// configured to.
func marshalUnescaped(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return b.Bytes(), err
}
