package vex_test

import (
	"fmt"
	"log"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/vex"
)

// printer prints the status of each finding.
type printer struct{ seaworthy.NopHandler }

func (printer) Finding(f *seaworthy.Finding) error {
	if f.VEX != nil {
		fmt.Println(f.ID, f.VEX.Status, f.VEX.Justification)
	}
	return nil
}

func ExampleStatements_Apply() {
	document, err := vex.Parse("app.vex.json", []byte(`{
		"@context": "https://openvex.dev/ns/v0.2.0", "author": "Team", "timestamp": "2024-01-02T03:04:05Z",
		"statements": [{
			"vulnerability": {"name": "CVE-2024-1"}, "status": "not_affected", "justification": "vulnerable_code_not_present",
			"products": [{"@id": "pkg:npm/left-pad@1.0.0"}]
		}]
	}`))
	if err != nil {
		log.Fatal(err)
	}
	handler := vex.NewStatements(document).Apply(printer{})
	if err := handler.Image(&seaworthy.Image{}); err != nil {
		log.Fatal(err)
	}
	err = handler.Finding(&seaworthy.Finding{
		Risk: seaworthy.Vulnerability, ID: "CVE-2024-1",
		Package: &seaworthy.AffectedPackage{Name: "left-pad", Version: "1.0.0", PURL: "pkg:npm/left-pad@1.0.0"},
	})
	if err != nil {
		log.Fatal(err)
	}
	// Output:
	// CVE-2024-1 not_affected vulnerable_code_not_present
}
