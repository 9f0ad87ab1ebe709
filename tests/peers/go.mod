module eslua/tests/peers

go 1.26.0

require (
	eslua v0.0.0
	github.com/fiorix/go-eventsocket v0.0.0
	github.com/percipia/eslgo v1.5.0
)

replace eslua => ../..

replace github.com/fiorix/go-eventsocket => ./go-eventsocket
