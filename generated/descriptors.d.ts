/** A google.protobuf.FileDescriptorSet of all of proto/, in base64. */
export declare const DESCRIPTOR_SET: string;
