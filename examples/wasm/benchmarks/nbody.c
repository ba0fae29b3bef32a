// Floats in structs: planets.
typedef struct { double x, y, z, vx, vy, vz, mass; } Body;
static Body bodies[5];
long long run(int n) {
  for (int i = 0; i < 5; i++) {
    Body body = {i * 1.5, i * -0.7 + 1, i * 0.3, 0.1 * i, 0.2 - 0.05 * i, 0.01 * i, 1.0 / (i + 1)};
    bodies[i] = body;
  }
  for (int step = 0; step < n; step++) {
    for (int i = 0; i < 5; i++)
      for (int j = i + 1; j < 5; j++) {
        Body *p = &bodies[i], *q = &bodies[j];
        double dx = p->x - q->x, dy = p->y - q->y, dz = p->z - q->z;
        double square = dx * dx + dy * dy + dz * dz + 0.01;
        double force = 0.001 / (square * __builtin_sqrt(square));
        p->vx -= dx * q->mass * force, p->vy -= dy * q->mass * force, p->vz -= dz * q->mass * force;
        q->vx += dx * p->mass * force, q->vy += dy * p->mass * force, q->vz += dz * p->mass * force;
      }
    for (int i = 0; i < 5; i++) {
      Body *p = &bodies[i];
      p->x += 0.001 * p->vx, p->y += 0.001 * p->vy, p->z += 0.001 * p->vz;
    }
  }
  return (long long)(bodies[0].x * 1e9);
}
