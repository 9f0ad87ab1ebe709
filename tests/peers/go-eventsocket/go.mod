module github.com/fiorix/go-eventsocket

go 1.26
