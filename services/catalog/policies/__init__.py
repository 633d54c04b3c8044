"""What is on offer: policy documents and items, from draft to withdrawal."""
