//go:build !race

package lua

// raceDetector: the tests run under the race detector.
const raceDetector = false
