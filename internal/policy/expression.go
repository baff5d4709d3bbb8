package policy

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"seaworthy.dev/seaworthy"
)

// The limits of an expression and of its evaluation. Much of the data comes from the image,
// which may be hostile.
const (
	maxExpressionSize = 4096    // characters
	maxCost           = 100_000 // CEL's cost units, for one finding
)

// expression is a condition on a finding in the Common Expression Language (CEL).
type expression struct {
	program cel.Program
	where   string // file:line
}

// variables are the variables of an expression for one finding.
type variables map[string]any

func newVariables(f *seaworthy.Finding, img *seaworthy.Image) variables {
	return variables{"finding": viewFinding(f), "image": viewImage(img)}
}

// newEnvironment declares what an expression may use: the variables finding and image,
// and the function atLeast of a severity.
func newEnvironment() (*cel.Env, error) {
	return cel.NewEnv(
		cel.Types(
			native[finding](), native[cvss](), native[epss](), native[kev](), native[subject](), native[affectedPackage](),
			native[location](), native[vex](), native[image](), native[osRelease](), native[layer](),
		),
		cel.Variable("finding", cel.ObjectType("policy.finding")),
		cel.Variable("image", cel.ObjectType("policy.image")),
		cel.Function("atLeast", cel.MemberOverload("string_at_least_string",
			[]*cel.Type{cel.StringType, cel.StringType}, cel.BoolType, cel.BinaryBinding(atLeast))),
		cel.ParserExpressionSizeLimit(maxExpressionSize),
		cel.ASTValidators(cel.ValidateRegexLiterals(), cel.ValidateComprehensionNestingLimit(3)),
	)
}

func native[T any]() *cel.NativeTypeDesc {
	return cel.NativeTypeFor[T](types.ParseStructTag("cel"))
}

// atLeast implements atLeast: it compares two severities by their names.
func atLeast(a, b ref.Val) ref.Val {
	var severities [2]seaworthy.Severity
	for i, v := range [...]ref.Val{a, b} {
		name, ok := v.Value().(string)
		if !ok {
			return types.MaybeNoSuchOverloadErr(v)
		}
		s, err := seaworthy.ParseSeverity(name)
		if err != nil {
			return types.WrapErr(err)
		}
		severities[i] = s
	}
	return types.Bool(severities[0] >= severities[1])
}

func compile(env *cel.Env, v value) (*expression, error) {
	if _, err := v.string(); err != nil {
		return nil, err
	}
	ast, problems := env.Compile(v.text)
	if errs := problems.Errors(); len(errs) > 0 {
		message, _, _ := strings.Cut(oneLine(errs[0].Message), " expecting {") // all tokens that there are
		e := &Error{v.source, v.line, v.col, "not a valid CEL expression: " + message}
		if l := errs[0].Location; v.textCol > 0 && l.Line() > 0 {
			e.Line, e.Column = v.textLine+l.Line()-1, v.textCol+l.Column()
		}
		return nil, e
	}
	if t := ast.OutputType(); !t.IsExactType(cel.BoolType) {
		return nil, v.errorf("the expression gives %s; it must give true or false", t)
	}
	program, err := env.Program(ast, cel.CostLimit(maxCost))
	if err != nil {
		return nil, v.errorf("not a usable CEL expression: %s", oneLine(err.Error()))
	}
	return &expression{program, fmt.Sprintf("%s:%d", v.source, v.line)}, nil
}

// holds evaluates the expression. An error means that the expression has no value for
// this finding.
func (e *expression) holds(vars variables) (bool, error) {
	out, _, err := e.program.Eval(map[string]any(vars))
	if err != nil {
		return false, fmt.Errorf("%s: %s", e.where, oneLine(err.Error()))
	}
	yes, ok := out.Value().(bool)
	if !ok {
		return false, fmt.Errorf("%s: the expression gives %s, not true or false", e.where, out.Type())
	}
	return yes, nil
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// The types below are the values of the variables finding and image. They have the fields
// and types of the JSON report. has() reports whether the report has a field. A field that
// the report does not have is empty.

type finding struct {
	Risk           string          `cel:"risk"`
	ID             string          `cel:"id"`
	Aliases        []string        `cel:"aliases"`
	Fingerprint    string          `cel:"fingerprint"`
	Severity       string          `cel:"severity"`
	SeveritySource string          `cel:"severitySource"`
	CVSS           []cvss          `cel:"cvss"`
	EPSS           epss            `cel:"epss"`
	KEV            kev             `cel:"kev"`
	Title          string          `cel:"title"`
	Detail         string          `cel:"detail"`
	References     []string        `cel:"references"`
	Techniques     []string        `cel:"techniques"`
	Subject        subject         `cel:"subject"`
	Package        affectedPackage `cel:"package"`
	Locations      []location      `cel:"locations"`
	Evidence       string          `cel:"evidence"`
	ValueDigest    string          `cel:"valueDigest"`
	Remediation    string          `cel:"remediation"`
	Controls       []string        `cel:"controls"`
	VEX            vex             `cel:"vex"`
}

type cvss struct {
	Source string  `cel:"source"`
	Vector string  `cel:"vector"`
	Score  float64 `cel:"score"`
}

type epss struct {
	present    bool
	Score      float64 `cel:"score"`
	Percentile float64 `cel:"percentile"`
}

type kev struct {
	present   bool
	DateAdded string `cel:"dateAdded"`
}

type subject struct {
	present bool
	Kind    string `cel:"kind"`
	Name    string `cel:"name"`
}

type affectedPackage struct {
	present      bool
	Name         string `cel:"name"`
	Version      string `cel:"version"`
	Ecosystem    string `cel:"ecosystem"`
	PURL         string `cel:"purl"`
	FixedVersion string `cel:"fixedVersion"`
	Status       string `cel:"status"`
}

type location struct {
	Path        string `cel:"path"`
	Line        int    `cel:"line"`
	Offset      int64  `cel:"offset"`
	Layer       *int   `cel:"layer"`
	RemovedIn   *int   `cel:"removedIn"`
	Instruction string `cel:"instruction"`
	Step        *int   `cel:"step"`
}

type vex struct {
	present bool
	Status  string `cel:"status"`
	By      string `cel:"by"`
}

type image struct {
	Reference    string    `cel:"reference"`
	Repository   string    `cel:"repository"`
	Names        []string  `cel:"names"`
	Digest       string    `cel:"digest"`
	IndexDigest  string    `cel:"indexDigest"`
	ImageID      string    `cel:"imageID"`
	Platform     string    `cel:"platform"`
	OS           osRelease `cel:"os"`
	Created      time.Time `cel:"created"`
	Size         int64     `cel:"size"`
	BaseBoundary *int      `cel:"baseBoundary"`
	Layers       []layer   `cel:"layers"`
}

type osRelease struct {
	present    bool
	ID         string `cel:"id"`
	VersionID  string `cel:"versionID"`
	PrettyName string `cel:"prettyName"`
}

type layer struct {
	Index       int    `cel:"index"`
	Digest      string `cel:"digest"`
	DiffID      string `cel:"diffID"`
	Size        int64  `cel:"size"`
	Instruction string `cel:"instruction"`
}

func viewFinding(f *seaworthy.Finding) *finding {
	v := &finding{
		Risk: string(f.Risk), ID: f.ID, Aliases: f.Aliases, Fingerprint: f.Fingerprint,
		Severity: f.Severity.String(), SeveritySource: f.SeveritySource,
		Title: f.Title, Detail: f.Detail, References: f.References, Techniques: f.Techniques,
		Evidence: f.Evidence, ValueDigest: f.ValueDigest, Remediation: f.Remedy.String(), Controls: f.ControlNames(),
	}
	if s := f.Subject; s != (seaworthy.Subject{}) {
		v.Subject = subject{true, string(s.Kind), s.Name}
	}
	for _, c := range f.CVSS {
		v.CVSS = append(v.CVSS, cvss{c.Source, c.Vector, c.Score})
	}
	if e := f.EPSS; e != nil {
		v.EPSS = epss{true, e.Score, e.Percentile}
	}
	if k := f.KEV; k != nil {
		v.KEV = kev{true, k.DateAdded}
	}
	if p := f.Package; p != nil {
		v.Package = affectedPackage{true, p.Name, p.Version, p.Ecosystem.String(), p.PURL, p.FixedVersion, p.Status}
	}
	for _, l := range f.Locations {
		v.Locations = append(v.Locations, location{reportPath(l.Path), l.Line, l.Offset, l.Layer, l.RemovedIn, l.Instruction, l.Step})
	}
	if x := f.VEX; x != nil {
		v.VEX = vex{true, x.Status, x.By}
	}
	return v
}

// reportPath returns a path as it is in the report.
func reportPath(p string) string {
	if utf8.ValidString(p) {
		return p
	}
	q := strconv.Quote(p)
	return q[1 : len(q)-1]
}

func viewImage(img *seaworthy.Image) *image {
	if img == nil {
		return &image{}
	}
	v := &image{
		Reference: img.Reference, Repository: img.Repository, Names: img.Names, Digest: img.Digest, IndexDigest: img.IndexDigest, ImageID: img.ImageID, Platform: img.Platform,
		Size: img.Size, BaseBoundary: img.BaseBoundary,
	}
	if img.OS != nil {
		v.OS = osRelease{true, img.OS.ID, img.OS.VersionID, img.OS.PrettyName}
	}
	if img.Created != nil {
		v.Created = *img.Created
	}
	for _, l := range img.Layers {
		v.Layers = append(v.Layers, layer{l.Index, l.Digest, l.DiffID, l.Size, l.Instruction})
	}
	return v
}
