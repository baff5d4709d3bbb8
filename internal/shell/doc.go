// Package shell finds the commands in a shell script, without running it.
//
// The input is a script. [Parse] returns its simple commands with their arguments,
// assignments and redirections. It handles programs that start another program (sudo, env,
// xargs, sh -c). A command has a list of the commands that read its output, so that a
// download that a shell runs is found in all its forms:
//
//	cmds, complete := shell.Parse(script, shell.POSIX)
//	for _, c := range cmds {
//		if c.Name == "curl" && c.Into != nil && c.Into[0].Name == "sh" { ... }
//	}
//
// Scripts of POSIX shells are parsed. Scripts of PowerShell and cmd.exe, and scripts that
// cannot be parsed, are split into words at the separators that all shells have.
//
// The input comes from the author of an image, who may be an attacker. No input is refused:
// if a part cannot be read or exceeds a limit, complete is false.
package shell
