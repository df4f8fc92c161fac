"""Question banks in IMS QTI, alone and in packages."""
