"""Outside figures that rules rest on (外部参数): entered with their source, withdrawn, never overwritten."""
