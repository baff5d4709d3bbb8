// Package cli is the command line of Seaworthy: a file for each subcommand. It is
// the only place that sees flags and environment variables, and that chooses the
// analyzers.
package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/credential"
)

// Environment is what the program gets from the process around it.
type Environment struct {
	Stdin           io.Reader
	Stdout, Stderr  io.Writer
	Getenv          func(string) string
	Version, Commit string
}

// The exit codes of the program.
const (
	ExitPass          = 0 // verdict pass, or the command did its job
	ExitFail          = 1 // verdict fail
	ExitError         = 2 // the command could not do its job
	ExitIndeterminate = 3 // verdict indeterminate
)

// Run runs the command that the arguments name and gives the exit code.
func Run(ctx context.Context, args []string, env Environment) int {
	a := &app{Environment: env, now: time.Now}
	root := a.command()
	root.SetArgs(args)
	root.SetIn(env.Stdin)
	root.SetOut(env.Stdout)
	root.SetErr(env.Stderr)
	if err := root.ExecuteContext(ctx); err != nil {
		a.fail(ctx, err)
	}
	return a.exit
}

// app is one run of the program.
type app struct {
	Environment
	now  func() time.Time
	log  *slog.Logger
	exit int
}

// Command gives the whole command line, for those who document it.
func Command() *cobra.Command {
	a := &app{Environment: Environment{Stdin: strings.NewReader(""), Stdout: io.Discard, Stderr: io.Discard, Getenv: func(string) string { return "" }}, now: time.Now}
	return a.command()
}

func (a *app) command() *cobra.Command {
	var level string
	root := &cobra.Command{
		Use:   "seaworthy",
		Short: "Decide whether a container image may sail",
		Long: `Seaworthy reads every layer of a container image once and judges it against the
image risks of NIST SP 800-190: vulnerabilities, configuration defects, embedded
malware, embedded clear text secrets, and use of untrusted images.

Exit codes: 0 the verdict is pass; 1 it is fail; 3 it is indeterminate, because
something that the policy asks for could not be looked at; 2 the command could
not do its job.

Every flag can also be set by an environment variable: --cache-dir by
SEAWORTHY_CACHE_DIR, --fail-on by SEAWORTHY_FAIL_ON, and so on. A flag on the
command line counts before a variable.`,
		Version:       a.Version,
		Args:          unknownCommand,
		SilenceUsage:  true,
		SilenceErrors: true,
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error {
			if err := a.flagsFromEnvironment(cmd.Flags()); err != nil {
				return err
			}
			return a.startLog(level)
		},
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.PersistentFlags().StringVar(&level, "log-level", "warn", "what to log on standard error: debug, info, warn or error")
	root.RegisterFlagCompletionFunc("log-level", cobra.FixedCompletions([]string{"debug", "info", "warn", "error"}, cobra.ShellCompDirectiveNoFileComp))
	root.SetVersionTemplate("seaworthy {{.Version}}\n")
	root.Flags().Bool("version", false, "print the version")
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return &usageError{err: err, command: cmd.CommandPath()}
	})
	root.CompletionOptions.HiddenDefaultCmd = false
	root.SuggestionsMinimumDistance = 2
	root.AddCommand(
		a.scanCommand(),
		a.sbomCommand(),
		a.lsCommand(),
		a.historyCommand(),
		a.extractCommand(),
		a.checksCommand(),
		a.convertCommand(),
		a.policyCommand(),
		a.cacheCommand(),
		a.dbCommand(),
		a.versionCommand(),
	)
	return root
}

// unknownCommand says what a first word may have meant that is no command.
func unknownCommand(root *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	hint := fmt.Sprintf("to judge an image: %[1]s scan %[2]s; all commands: %[1]s --help", root.Name(), args[0])
	if meant := root.SuggestionsFor(args[0]); len(meant) > 0 {
		hint = fmt.Sprintf("did you mean %s %s?", root.Name(), meant[0])
	}
	return &usageError{err: fmt.Errorf("unknown command %q", args[0]), hint: hint}
}

// variable is the environment variable that sets a flag.
func variable(flag string) string {
	return "SEAWORTHY_" + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

func (a *app) flagsFromEnvironment(flags *pflag.FlagSet) error {
	var err error
	flags.VisitAll(func(f *pflag.Flag) {
		name := variable(f.Name)
		value := a.Getenv(name)
		if f.Changed || value == "" || f.Name == "help" || f.Name == "version" || err != nil {
			return
		}
		if set := flags.Set(f.Name, value); set != nil {
			err = fmt.Errorf("environment variable %s: %w", name, set)
		}
	})
	return err
}

func (a *app) startLog(level string) error {
	var l slog.Level
	if err := l.UnmarshalText([]byte(level)); err != nil {
		return fmt.Errorf("--log-level %s: one of debug, info, warn, error", level)
	}
	a.log = slog.New(slog.NewTextHandler(a.Stderr, &slog.HandlerOptions{Level: l, ReplaceAttr: redactAttr}))
	return nil
}

// usageError is a command line that makes no sense.
type usageError struct {
	err     error
	command string // whose help tells more, unless there is
	hint    string // a better hint
}

func (e *usageError) Error() string { return e.err.Error() }
func (e *usageError) Unwrap() error { return e.err }
func (e *usageError) Hint() string  { return cmp.Or(e.hint, "see "+e.command+" --help") }

// exactlyOne takes one argument, and says what it is if it gets none or more.
func exactlyOne(what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) != 1 {
			return &usageError{err: fmt.Errorf("name one %s", what), command: cmd.CommandPath()}
		}
		return nil
	}
}

// fail tells the user of an error and sets the exit code.
func (a *app) fail(ctx context.Context, err error) {
	a.exit = ExitError
	err = inFlags(err)
	if ctx.Err() != nil && errors.Is(err, context.Canceled) {
		err = errors.New("interrupted")
	}
	fmt.Fprintf(a.Stderr, "error: %s\n", printable(err.Error()))
	if hint := hintOf(err); hint != "" {
		fmt.Fprintf(a.Stderr, "hint: %s\n", printable(hint))
	}
}

// printable takes the power over the terminal from a text that may quote an
// image.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' || r >= 0x7f && r < 0xa0 {
			return '\uFFFD'
		}
		return r
	}, s)
}

// decided sets the exit code for a verdict. Of several images the worst counts:
// an error before a fail, and that before an indeterminate verdict.
func (a *app) decided(d seaworthy.Decision) {
	code := map[seaworthy.Decision]int{
		seaworthy.DecisionPass:          ExitPass,
		seaworthy.DecisionFail:          ExitFail,
		seaworthy.DecisionIndeterminate: ExitIndeterminate,
	}[d]
	gravity := []int{ExitPass, ExitIndeterminate, ExitFail, ExitError}
	for _, g := range gravity {
		if a.exit == g {
			a.exit = code
			return
		}
		if code == g {
			return
		}
	}
}

// openInput opens a file; - is standard input.
func (a *app) openInput(path string) (io.ReadCloser, error) {
	if path == "-" {
		return io.NopCloser(a.Stdin), nil
	}
	return os.Open(path)
}

// file gives a stream as a file, if it is one.
func file(stream any) (*os.File, bool) {
	f, ok := stream.(*os.File)
	return f, ok
}

// redactAttr removes the credentials that are evident by their form from what is
// logged: paths and errors have text that the image's author chose.
func redactAttr(_ []string, attr slog.Attr) slog.Attr {
	switch attr.Value.Kind() {
	case slog.KindString, slog.KindAny:
		if text := attr.Value.String(); text != credential.RedactTokens(text) {
			attr.Value = slog.StringValue(credential.RedactTokens(text))
		}
	}
	return attr
}
