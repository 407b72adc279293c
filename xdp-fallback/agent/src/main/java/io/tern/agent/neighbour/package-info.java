/** What the kernel knows of interfaces, routes and neighbours, by rtnetlink(7). */
package io.tern.agent.neighbour;
