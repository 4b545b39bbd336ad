// Package mutants holds a list of promises of the bridge, each with a change of a
// line or two that breaks it (list.txt), and a test which shows that the tests
// notice: each change is built beside the tree, and the tests that it names have
// to fail.
package mutants
