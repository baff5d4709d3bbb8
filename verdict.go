package seaworthy

// Verdict says whether the image meets the policy.
type Verdict struct {
	Decision Decision `json:"decision"`
	// Reasons are sentences. There is at least one, unless Decision is DecisionPass.
	Reasons []string `json:"reasons,omitempty"`
	// Unused are the exceptions and VEX statements that apply to no finding, of the risks
	// that were checked.
	Unused []UnusedRule `json:"unused,omitempty"`
}

// UnusedRule is an exception or a VEX statement that applies to no finding of the image.
type UnusedRule struct {
	Kind RuleKind `json:"kind"`
	// Source is the file that has the rule, and Line its line; 0 if that is not known.
	Source string `json:"source"`
	Line   int    `json:"line,omitempty"`
	// Rule says what the rule is for: "id CVE-2024-45490, package expat". It is empty if
	// More is not 0.
	Rule string `json:"rule,omitempty"`
	// Reason says why it does not apply, in a sentence without a full stop.
	Reason string `json:"reason"`
	// Nearest is what the image has that the rule may mean: "libexpat1, of source expat";
	// empty if there is nothing like it.
	Nearest string `json:"nearest,omitempty"`
	// More is the number of rules of the file that are not listed.
	More int `json:"more,omitempty"`
}

// RuleKind is where an [UnusedRule] comes from.
type RuleKind string

// The kinds of rules.
const (
	RuleException RuleKind = "exception" // of the policy
	RuleIgnore    RuleKind = "ignore"    // of an ignore file
	RuleBaseline  RuleKind = "baseline"
	RuleVEX       RuleKind = "vex"
)

// Decision is the result of a verdict.
type Decision string

// The decisions.
const (
	DecisionPass          Decision = "pass"
	DecisionFail          Decision = "fail"
	DecisionIndeterminate Decision = "indeterminate" // something that the policy requires was not checked
)
