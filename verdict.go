package seaworthy

// Verdict is whether the image meets the policy.
type Verdict struct {
	Decision Decision `json:"decision"`
	// Reasons are sentences; at least one unless the decision is DecisionPass.
	Reasons []string `json:"reasons,omitempty"`
}

// Decision is what a verdict comes to.
type Decision string

// The decisions.
const (
	DecisionPass          Decision = "pass"
	DecisionFail          Decision = "fail"
	DecisionIndeterminate Decision = "indeterminate"
)
