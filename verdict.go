package seaworthy

// Verdict says whether the image meets the policy.
type Verdict struct {
	Decision Decision `json:"decision"`
	// Reasons are sentences. There is at least one, unless Decision is DecisionPass.
	Reasons []string `json:"reasons,omitempty"`
}

// Decision is the result of a verdict.
type Decision string

// The decisions.
const (
	DecisionPass          Decision = "pass"
	DecisionFail          Decision = "fail"
	DecisionIndeterminate Decision = "indeterminate" // something that the policy requires was not checked
)
