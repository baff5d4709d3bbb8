// Package shell reads which commands a script runs, without running it.
//
// A script of a POSIX shell goes in, and [Parse] gives its simple commands with their
// arguments, assignments and redirections, looking through what only starts another
// program (sudo, env, xargs, sh -c). A command knows where its output goes, so that a
// download run by a shell is found however it is spelled:
//
//	cmds, whole := shell.Parse(script, shell.POSIX)
//	for _, c := range cmds {
//		if c.Name == "curl" && c.Into != nil && c.Into[0].Name == "sh" { ... }
//	}
//
// Scripts of PowerShell and cmd.exe, and those that cannot be parsed, are split into
// words at what separates commands in every shell.
//
// All input is the image author's. Nothing here fails on bad input: what cannot be
// read is reported by whole, and lengths, depths and counts have the limits of this
// package.
package shell
