"""The rules of GraceDB, a concept a module.

A call of a service is one transaction of the store, or one reading of it, and knows nothing of
requests. It gives an outcome. `ApiError` raised takes everything back; an `ApiError` within the
outcome is answered after what was done has been kept, as the real server does now and then.
"""
