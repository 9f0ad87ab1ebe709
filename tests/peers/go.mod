module eslua/tests/peers

go 1.26

require (
	eslua v0.0.0
	github.com/percipia/eslgo v1.5.0
)

replace eslua => ../..
