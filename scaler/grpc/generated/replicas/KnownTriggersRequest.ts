// Original file: proto/replicas.proto


export interface KnownTriggersRequest {
}

export interface KnownTriggersRequest__Output {
}
