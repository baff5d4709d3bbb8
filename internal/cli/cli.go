// Package cli is the command line of Seaworthy, with one file per subcommand. It
// is the only package that reads flags and environment variables.
package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/credential/redact"
	"seaworthy.dev/seaworthy/internal/userfile"
	"seaworthy.dev/seaworthy/internal/visible"
)

// Environment is the environment of the process: streams, variables and version.
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

// Run runs the command that the arguments name and returns the exit code.
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
	// redactor hides credentials in logs and error messages. It is set before a scan starts.
	redactor *redact.Redactor
}

// Command returns the root command with all its subcommands, to generate documents.
func Command() *cobra.Command {
	a := &app{Environment: Environment{Stdin: strings.NewReader(""), Stdout: io.Discard, Stderr: io.Discard, Getenv: func(string) string { return "" }}, now: time.Now}
	return a.command()
}

func (a *app) command() *cobra.Command {
	var level string
	root := &cobra.Command{
		Use:   "seaworthy",
		Short: "Scan container images for security risks",
		Long: `Seaworthy scans container images for vulnerabilities, misconfigurations and secrets,
and gives a verdict by a policy. The other image risks of NIST SP 800-190, malware
and untrusted images, are reported as not checked.

Exit codes:
  0  verdict PASS, or the command succeeded
  1  verdict FAIL
  2  error: the command failed
  3  verdict INDETERMINATE: something that the policy requires was not checked

Every flag can also be set by an environment variable: --cache-dir by
SEAWORTHY_CACHE_DIR, --fail-on by SEAWORTHY_FAIL_ON, and so on. A flag takes
precedence over its variable.`,
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
	root.PersistentFlags().StringVar(&level, "log-level", "warn", "minimum `level` of log messages on standard error: debug, info, warn or error")
	root.RegisterFlagCompletionFunc("log-level", cobra.FixedCompletions([]string{"debug", "info", "warn", "error"}, cobra.ShellCompDirectiveNoFileComp))
	root.SetVersionTemplate("seaworthy {{.Version}}\n")
	root.Flags().Bool("version", false, "print the version")
	root.SetFlagErrorFunc(flagParseError)
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

// noArgs rejects arguments.
func noArgs(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	return &usageError{err: fmt.Errorf("unexpected argument %q: the command takes none", args[0]), command: cmd.CommandPath()}
}

// flagParseError returns the error for a flag that cannot be parsed.
func flagParseError(cmd *cobra.Command, err error) error {
	var (
		invalid *pflag.InvalidValueError
		number  *strconv.NumError
	)
	if errors.As(err, &invalid) && errors.As(err, &number) {
		want := "want an integer"
		if number.Func == "ParseBool" {
			want = "want true or false"
		}
		err = fmt.Errorf("invalid argument %q for \"--%s\" flag: %s", invalid.GetValue(), invalid.GetFlag().Name, want)
	}
	return &usageError{err: err, command: cmd.CommandPath()}
}

// unknownSubcommand rejects arguments of a command that only has subcommands.
func unknownSubcommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	return &usageError{err: fmt.Errorf("unknown command %q for %q", args[0], cmd.CommandPath()), command: cmd.CommandPath()}
}

// unknownCommand returns an error for an unknown command, with a suggestion.
func unknownCommand(root *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	hint := fmt.Sprintf("to scan an image: %[1]s scan %[2]s; all commands: %[1]s --help", root.Name(), args[0])
	if meant := root.SuggestionsFor(args[0]); len(meant) > 0 {
		hint = fmt.Sprintf("did you mean %s %s?", root.Name(), meant[0])
	}
	return &usageError{err: fmt.Errorf("unknown command %q", args[0]), hint: hint}
}

// variable returns the name of the environment variable that sets a flag.
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
		return fmt.Errorf("--log-level: unknown level %q: one of debug, info, warn, error", level)
	}
	a.log = slog.New(slog.NewTextHandler(a.Stderr, &slog.HandlerOptions{Level: l, ReplaceAttr: a.redactAttr}))
	return nil
}

// usageError is returned for an invalid command line.
type usageError struct {
	err     error
	command string // the hint refers to its help if hint is empty
	hint    string
}

func (e *usageError) Error() string { return e.err.Error() }
func (e *usageError) Unwrap() error { return e.err }
func (e *usageError) Hint() string  { return cmp.Or(e.hint, "see "+e.command+" --help") }

// exactlyOne accepts exactly one argument. what describes it in the error.
func exactlyOne(what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) != 1 {
			return &usageError{err: fmt.Errorf("want one argument: the %s", what), command: cmd.CommandPath()}
		}
		return nil
	}
}

// fail prints an error with its hint and sets the exit code.
func (a *app) fail(ctx context.Context, err error) {
	a.exit = ExitError
	err = inFlags(err)
	if ctx.Err() != nil && errors.Is(err, context.Canceled) {
		err = errors.New("interrupted")
	}
	fmt.Fprintf(a.Stderr, "error: %s\n", a.errorText(err))
	if hint := hintOf(err); hint != "" {
		fmt.Fprintf(a.Stderr, "hint: %s\n", visible.Text(a.redactor.Tokens(hint)))
	}
}

// errorText returns the text of an error that is safe to print: one line, or one for each of
// several errors that were joined.
func (a *app) errorText(err error) string {
	if joined, ok := err.(interface{ Unwrap() []error }); ok && err.Error() == errors.Join(joined.Unwrap()...).Error() {
		var lines []string
		for _, one := range joined.Unwrap() {
			lines = append(lines, visible.NotCommand(a.errorText(one)))
		}
		return strings.Join(lines, "\n")
	}
	return visible.Text(a.redactor.Tokens(err.Error()))
}

// setExit sets the exit code for a verdict. With several images, the worst one counts.
// The precedence is error, fail, indeterminate, pass.
func (a *app) setExit(d seaworthy.Decision) {
	code := map[seaworthy.Decision]int{
		seaworthy.DecisionPass:          ExitPass,
		seaworthy.DecisionFail:          ExitFail,
		seaworthy.DecisionIndeterminate: ExitIndeterminate,
	}[d]
	precedence := []int{ExitPass, ExitIndeterminate, ExitFail, ExitError}
	for _, g := range precedence {
		if a.exit == g {
			a.exit = code
			return
		}
		if code == g {
			return
		}
	}
}

// openInput opens a file, or standard input if the path is "-".
func (a *app) openInput(path string) (io.ReadCloser, error) {
	if path == "-" {
		return io.NopCloser(a.Stdin), nil
	}
	return userfile.Open(path)
}

// file returns a stream as a file. ok is false if it is none.
func file(stream any) (f *os.File, ok bool) {
	f, ok = stream.(*os.File)
	return f, ok
}

// redactAttr hides credentials in a log attribute and makes it safe to print. Paths and
// errors can contain text from the image.
func (a *app) redactAttr(_ []string, attr slog.Attr) slog.Attr {
	switch attr.Value.Kind() {
	case slog.KindString, slog.KindAny:
		text := attr.Value.String()
		if safe := visible.Text(a.redactor.Tokens(text)); safe != text {
			attr.Value = slog.StringValue(safe)
		}
	}
	return attr
}
