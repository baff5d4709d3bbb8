// Package architecture tests the rules for the structure of the code: which package may
// import which, the maximum length of files and functions, names of packages, and exported
// names without a user.
package architecture
