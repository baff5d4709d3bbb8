package document

import (
	"slices"

	"seaworthy.dev/seaworthy"
)

// secretControl is the item that a configuration defect violates by which secrets
// come into an image.
func secretControl() seaworthy.Control {
	return seaworthy.Control{Standard: seaworthy.CISDocker, Item: "4.10"}
}

// IsReportedAsSecret reports whether a configuration defect is about files or
// instructions that hold secrets, and a secret at least as severe was found in each of
// its places: then the secrets say more than the defect.
func (d *Document) IsReportedAsSecret(f *seaworthy.Finding) bool {
	if f.Risk != seaworthy.Misconfiguration || len(f.Locations) == 0 || !slices.Contains(f.Controls, secretControl()) {
		return false
	}
	secrets := OfRisk(seaworthy.Secret, d.Findings)
	for _, l := range f.Locations {
		if !slices.ContainsFunc(secrets, func(s *seaworthy.Finding) bool {
			return s.Severity >= f.Severity && slices.ContainsFunc(s.Locations, func(o seaworthy.Location) bool { return isWithin(o, l) })
		}) {
			return false
		}
	}
	return true
}

// isWithin reports whether a secret is in the file, or was given in the instruction,
// that a defect is about.
func isWithin(secret, defect seaworthy.Location) bool {
	if secret.File() != defect.Path {
		return false
	}
	if defect.Path == "" {
		return isSameStep(secret, defect)
	}
	return defect.Layer != nil && secret.Layer != nil && *defect.Layer == *secret.Layer
}

// isSameStep reports whether two locations are the same instruction: by its place in
// the history where that is known, else by its text.
func isSameStep(a, b seaworthy.Location) bool {
	if a.Step != nil && b.Step != nil {
		return *a.Step == *b.Step
	}
	return a.Instruction != "" && a.Instruction == b.Instruction
}
