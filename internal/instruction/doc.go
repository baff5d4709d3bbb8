// Package instruction reads how an image was built: the entries of its history,
// instructions in Dockerfile form, and the shell commands inside them.
//
// An OCI image configuration records one line, created_by, for each build step,
// and every builder writes it in its own way. [History] turns these lines into
// [Instruction] values that read like the Dockerfile they came from, and binds
// them to the layers they made:
//
//	steps, bound := instruction.History(config, len(layers))
//	for _, step := range steps {
//		fmt.Println(step.Layer, step) // 2 RUN apt-get update && apt-get install -y curl
//	}
//
// [Parse] does the same for a line of Dockerfile text, such as an ONBUILD
// trigger of the configuration.
//
// From there on, typed views read the arguments: [Instruction.Commands] for the
// programs that a step runs, [Instruction.Pairs] for ENV, ARG and LABEL,
// [Instruction.Transfer] for ADD and COPY, [Instruction.Exec] for CMD and
// ENTRYPOINT, [Instruction.Trigger] for ONBUILD.
//
// The commands are those of package shell, which know where their output goes.
//
// All input is the image author's. Nothing here fails on bad input: what cannot
// be read keeps its text, with an empty keyword or in words split at blanks, and
// the result says so, so that the caller can report it as partly checked. Lengths,
// depths and counts are limited by the constants of this package.
package instruction
