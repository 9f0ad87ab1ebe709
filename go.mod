module eslua

go 1.26
